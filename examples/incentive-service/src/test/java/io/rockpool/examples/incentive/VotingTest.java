package io.rockpool.examples.incentive;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VotingTest {
    @TempDir
    Path directory;

    private IncentiveService service;
    private Caller anyone;
    private Caller manager;

    @BeforeEach
    void start() throws Exception {
        service = IncentiveService.start(0, directory.resolve("incentive.db"), Caller.TOKEN);
        anyone = new Caller(service);
        manager = new Caller(service).signedIn();
    }

    @AfterEach
    void stop() throws Exception {
        assertThat(Caller.scoresWithoutHistory(service)).isZero();
        service.close();
    }

    @Test
    void votes_become_points_when_the_session_closes() throws Exception {
        // manager        Amara (1)        Ben (2)        Elif (5)
        // start
        //                +1 to 5          +1 to 5        -1 to 1
        //                0 to 2
        // close: 5 gets 2 votes × 2 points, 1 loses 2, 2 stays
        assertThat(manager.post("/vote/start").body()).contains("\"session\":1");
        assertThat(anyone.get("/data").body()).contains("\"open\":true,\"session\":1");
        assertThat(vote("aok", 5, 1).statusCode()).isEqualTo(201);
        assertThat(vote("BLI", 5, 1).statusCode()).isEqualTo(201);
        assertThat(vote("EYI", 1, -1).statusCode()).isEqualTo(201);
        assertThat(vote("AOK", 2, 0).statusCode()).isEqualTo(201);
        assertThat(anyone.get("/data").body()).contains("\"votes\":4");
        assertThat(scoreOf(5)).isEqualTo(65);

        assertThat(manager.post("/vote/close").body()).isEqualTo("{\"session\":1,\"votes\":4,\"changed\":2}");

        assertThat(scoreOf(5)).isEqualTo(69);
        assertThat(scoreOf(1)).isEqualTo(60);
        assertThat(scoreOf(2)).isEqualTo(46);
        assertThat(Caller.number(service, "SELECT COUNT(*) FROM score_history WHERE reason = 'voting session 1'"))
                .isEqualTo(2);
        assertThat(anyone.get("/data").body()).contains("\"open\":false,\"session\":null");
    }

    @Test
    void a_session_is_applied_once_however_often_it_is_closed() throws Exception {
        manager.post("/vote/start");
        vote("AOK", 5, 1);
        assertThat(manager.post("/vote/close").statusCode()).isEqualTo(200);

        HttpResponse<String> again = manager.post("/vote/close");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("no session is open");
        assertThat(scoreOf(5)).isEqualTo(67);

        manager.post("/vote/start");
        assertThat(vote("AOK", 5, 1).statusCode())
                .as("a new session takes a new vote")
                .isEqualTo(201);
        assertThat(manager.post("/vote/close").body()).contains("\"session\":2,\"votes\":1");
        assertThat(scoreOf(5)).isEqualTo(69);
    }

    @Test
    void the_second_vote_for_the_same_colleague_is_a_conflict() throws Exception {
        manager.post("/vote/start");
        vote("AOK", 5, 1);
        HttpResponse<String> second = vote("AOK", 5, -1);
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.body()).contains("'AOK' has voted for employee 5 in session 1 already");
        assertThat(Caller.number(service, "SELECT SUM(value) FROM votes")).isEqualTo(1);
    }

    @Test
    void a_second_session_cannot_be_opened_beside_the_first() throws Exception {
        manager.post("/vote/start");
        HttpResponse<String> second = manager.post("/vote/start");
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.body()).contains("session 1 is open since", "close it first");
    }

    @Test
    void only_a_manager_starts_and_closes() throws Exception {
        assertThat(anyone.post("/vote/start").statusCode()).isEqualTo(401);
        assertThat(anyone.post("/vote/close").statusCode()).isEqualTo(401);
        assertThat(Caller.number(service, "SELECT COUNT(*) FROM voting_sessions"))
                .isZero();
    }

    @Test
    void votes_that_cannot_count_are_refused_with_the_reason() throws Exception {
        assertThat(vote("AOK", 5, 1).body()).contains("no session is open");
        manager.post("/vote/start");
        assertRefused(vote("AOK", 1, 1), 400, "nobody votes for themselves");
        assertRefused(vote("ZZZ", 1, 1), 404, "no active employee has the code 'ZZZ'");
        assertRefused(vote("AOK", 99, 1), 404, "there is no active employee 99");
        assertRefused(vote("AOK", 5, 2), 400, "value: '2' is not allowed; it must be a whole number from -1 to 1");
        assertRefused(vote("A", 5, 1), 400, "voter: 'A' is not allowed; it must be a code of 2 to 6");
        assertRefused(anyone.postJson("/vote", "{\"voter\":\"AOK\",\"value\":1}"), 400, "employee_id: missing");
        manager.post("/manage/employees/deactivate", "employee_id", 5);
        assertRefused(vote("AOK", 5, 1), 404, "there is no active employee 5");
        assertRefused(vote("EYI", 1, 1), 404, "no active employee has the code 'EYI'");
        assertThat(Caller.number(service, "SELECT COUNT(*) FROM votes")).isZero();
    }

    @Test
    void a_browser_votes_by_form_and_is_sent_back_to_the_page() throws Exception {
        manager.post("/vote/start");
        Caller browser = new Caller(service).asBrowser();
        assertThat(browser.get("/vote").body()).contains("Voting is open", "<option value=\"5\">Elif Yılmaz</option>");
        HttpResponse<String> answer = browser.post("/vote", "voter", "AOK", "employee_id", 5, "value", 1);
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).hasValue("/vote?done=voted");
        assertThat(browser.get("/vote?done=voted").body()).contains("Your vote is counted.");
    }

    private HttpResponse<String> vote(String voter, int employee, int value) throws Exception {
        return anyone.postJson(
                "/vote", "{\"voter\":\"" + voter + "\",\"employee_id\":" + employee + ",\"value\":" + value + "}");
    }

    private long scoreOf(int employee) throws Exception {
        return Caller.number(service, "SELECT score FROM employees WHERE id = " + employee);
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String message) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(message);
    }
}
